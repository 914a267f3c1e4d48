using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RedisTagCache.TestSupport;
using RedisTagCache.Worker;

namespace RedisTagCache.IntegrationTests.Fleet;

/// <summary>One process of a fleet, which can be told what to do, stopped, resumed and killed.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    /// <summary>The longest that a test waits for anything a worker says.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<long, WorkerCall> _calls = new();
    private readonly Process _process;
    private long _lastId;

    private WorkerProcess(Process process) => _process = process;

    public static async Task<WorkerProcess> StartAsync(string redis, TimeSpan leaseDuration, int localCopies = 100_000, TimeSpan? operationTimeout = null)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { Repository.Program("tests", "support", "RedisTagCache.Worker"), redis, leaseDuration.ToString(), localCopies.ToString(CultureInfo.InvariantCulture), $"{operationTimeout}" })
            start.ArgumentList.Add(argument);
        start.Environment["DOTNET_TieredPGO"] = "0"; // many short lives on few processors
        var worker = new WorkerProcess(Process.Start(start)!);
        var ready = worker._calls[0] = new WorkerCall();
        worker._process.OutputDataReceived += (_, e) => worker.Record(e.Data);
        worker._process.BeginOutputReadLine();
        await ready.Done;
        return worker;
    }

    /// <summary>Tells it, and does not wait.</summary>
    public WorkerCall Begin(Command command)
    {
        var id = Interlocked.Increment(ref _lastId);
        var call = _calls[id] = new WorkerCall();
        var line = JsonSerializer.Serialize(command with { Id = id }, ProtocolJson.Default.Command);
        lock (_calls)
            _process.StandardInput.WriteLine(line);
        return call;
    }

    /// <summary>Tells it, and waits until it has done it.</summary>
    public Task<Answer> DoAsync(Command command) => Begin(command).Done;

    /// <summary>Tells it, and waits until it has done it without an error.</summary>
    public async Task<string?> GetAsync(Command command)
    {
        var answer = await DoAsync(command);
        Assert.Empty(answer.Errors);
        return answer.Values[0];
    }

    /// <summary>Ends it as a power failure would.</summary>
    public void Kill() => Signal("KILL");

    /// <summary>Stops it in whatever it is doing; its connections stay open.</summary>
    public void Stop() => Signal("STOP");

    public void Resume() => Signal("CONT");

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Record(string? line)
    {
        if (line is null)
        {
            foreach (var lost in _calls.Values)
                lost.Lost();
            return;
        }

        // Calls are kept: a refresh may begin to run when its caller has long had its answer.
        var answer = JsonSerializer.Deserialize(line, ProtocolJson.Default.Answer)!;
        _calls[answer.Id].Complete(answer);
    }

    private void Signal(string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
