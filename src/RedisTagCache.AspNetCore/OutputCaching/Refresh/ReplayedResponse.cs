using Microsoft.AspNetCore.Http.Features;

namespace RedisTagCache.AspNetCore.OutputCaching.Refresh;

/// <summary>A response without a client. The callbacks for its start and its completion run as usual.</summary>
internal sealed class ReplayedResponse : HttpResponseFeature
{
    private readonly Stack<(Func<object, Task> Callback, object State)> _starting = new();
    private readonly Stack<(Func<object, Task> Callback, object State)> _completed = new();
    private bool _hasStarted;

    public override bool HasStarted => _hasStarted;

    public override void OnStarting(Func<object, Task> callback, object state) => _starting.Push((callback, state));

    public override void OnCompleted(Func<object, Task> callback, object state) => _completed.Push((callback, state));

    public async Task StartAsync()
    {
        while (_starting.TryPop(out var step))
            await step.Callback(step.State).ConfigureAwait(false);
        _hasStarted = true;
    }

    public async Task CompleteAsync()
    {
        while (_completed.TryPop(out var step))
            await step.Callback(step.State).ConfigureAwait(false);
    }
}
