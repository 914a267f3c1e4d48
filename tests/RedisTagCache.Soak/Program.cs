using RedisTagCache.Soak;

var options = SoakOptions.Parse(args);
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true; // ends the load; the report is still written
    stop.Cancel();
};

return await SoakRun.RunAsync(options, stop.Token);
