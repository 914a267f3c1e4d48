using System.Globalization;
using Garnet;
using RedisTagCache.EmbeddedServer;

// Listens on the given port until its standard input ends, which it does when the tests end, in whatever way.
Warmup.Run();
using var server = new GarnetServer(TestServer.Options(int.Parse(args[0], CultureInfo.InvariantCulture)));
server.Start();
while (Console.In.Read() >= 0)
{
    // nothing is said to it
}
