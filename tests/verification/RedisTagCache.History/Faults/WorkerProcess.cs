using System.Diagnostics;
using System.Globalization;
using RedisTagCache.History.Recording;
using RedisTagCache.History.Work;
using RedisTagCache.TestSupport;

namespace RedisTagCache.History.Faults;

/// <summary>One place in the fleet: a process that can be stopped, and killed and replaced.</summary>
internal sealed class WorkerProcess(WorkerOptions options) : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private Process _process = null!;
    private WorkerOptions _options = options;
    private string _complaint = "";

    public WorkerId Worker => _options.Worker;

    /// <summary>When the processes at this place were killed.</summary>
    public Dictionary<WorkerId, long> Deaths { get; } = [];

    public async Task StartAsync()
    {
        await PrepareAsync();
        Go();
    }

    /// <summary>Lets one begin that was prepared.</summary>
    public void Go() => _process.StandardInput.WriteLine(WorkerProgram.Go);

    /// <summary>Starts the process, which does not connect before it may go.</summary>
    public async Task PrepareAsync()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in _options.ToArguments().Prepend(Repository.Program("tests", "verification", "RedisTagCache.History")))
            start.ArgumentList.Add(argument);
        start.Environment["DOTNET_TieredPGO"] = "0"; // many processes on few processors
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, e) => _complaint += e.Data is null ? "" : e.Data + "\n";
        _process.BeginErrorReadLine();
        if (await _process.StandardOutput.ReadLineAsync().WaitAsync(_patience) != WorkerProgram.Ready)
            throw new InvalidOperationException($"{Worker} did not start: {_complaint}");
    }

    /// <summary>Ends it as a power failure would, and starts another in its place.</summary>
    public async Task ReplaceAsync()
    {
        var died = Stopwatch.GetTimestamp(); // in favour of nobody: what it did until then counts
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Deaths[Worker] = died;
        _options = _options with { Worker = Worker with { Life = Worker.Life + 1 } };
        await StartAsync();
    }

    public void Stop() => Signal("STOP");

    public void Resume() => Signal("CONT");

    /// <summary>Ends it in order. A worker whose caller saw an exception has ended before, and fails the run.</summary>
    public async Task EndAsync()
    {
        if (!_process.HasExited)
            _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(_patience);
        if (_process.ExitCode != 0)
            throw new InvalidOperationException($"{Worker} ended with {_process.ExitCode}: {_complaint}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Resume();
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Signal(string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
