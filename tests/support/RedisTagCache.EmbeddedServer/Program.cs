using System.Globalization;
using Garnet;
using RedisTagCache.EmbeddedServer;

// Listens on the given port, as a node of a cluster if a folder is given, until its standard input ends, which it does when the tests end, in whatever way.
Warmup.Run();
using var server = new GarnetServer(TestServer.Options(int.Parse(args[0], CultureInfo.InvariantCulture), args.ElementAtOrDefault(1)));
server.Start();
while (Console.In.Read() >= 0)
{
    // nothing is said to it
}
