using System.Runtime.InteropServices;
using RedisTagCache.Soak;

var options = SoakOptions.Parse(args);
using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
return await SoakRun.RunAsync(options, stop.Token);

// Ends the load; the report is still written, and no process is left behind.
void End(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
