using RedisTagCache.Worker;

namespace RedisTagCache.IntegrationTests.Fleet;

/// <summary>A command under way in a worker.</summary>
internal sealed class WorkerCall
{
    private readonly TaskCompletionSource<Answer> _called = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Answer> _running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Answer> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _runs;

    /// <summary>All its callers have called.</summary>
    public Task<Answer> Called => _called.Task.WaitAsync(WorkerProcess.Patience);

    /// <summary>Its factory has started to run.</summary>
    public Task<Answer> Running => _running.Task.WaitAsync(WorkerProcess.Patience);

    /// <summary>All its callers have their answers.</summary>
    public Task<Answer> Done => _done.Task.WaitAsync(WorkerProcess.Patience);

    /// <summary>How often its factory has run.</summary>
    public int Runs => Volatile.Read(ref _runs);

    public void Complete(Answer answer)
    {
        if (answer.Stage == Stage.Running)
            Interlocked.Increment(ref _runs);
        (answer.Stage switch { Stage.Called => _called, Stage.Running => _running, _ => _done }).TrySetResult(answer);
    }

    public void Lost()
    {
        foreach (var stage in new[] { _called, _running, _done })
            stage.TrySetException(new IOException("The worker has ended."));
    }
}
