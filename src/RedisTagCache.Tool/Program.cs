using ModelContextProtocol.Server;
using RedisTagCache.Tool;

#pragma warning disable RS0030 // A tool has a terminal; everything else is handed what it needs.
var host = new ToolHost(
    Console.Out,
    Console.Error,
    Console.In,
    !Console.IsInputRedirected && !Console.IsOutputRedirected,
    Environment.GetEnvironmentVariable,
    Environment.CurrentDirectory)
{
    Transport = static () => new StdioServerTransport("redistagcache"),
};
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = !stop.IsCancellationRequested; // the second time, it ends whatever it is doing
    stop.Cancel();
};
#pragma warning restore RS0030
return await ToolProgram.RunAsync(args, host, stop.Token);
