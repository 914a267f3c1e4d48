using System.Globalization;
using Garnet;
using Garnet.server.Auth.Settings;
using RedisTagCache.Samples;

// Listens on the given port until its standard input ends, which it does when the tests end, in whatever way.
var options = EmbeddedRedis.Options(int.Parse(args[0], CultureInfo.InvariantCulture));
options.AuthSettings = new AclAuthenticationPasswordSettings(null);
options.CommandStatsMonitor = true;
using var server = new GarnetServer(options);
server.Start();
while (Console.In.Read() >= 0)
{
    // nothing is said to it
}
