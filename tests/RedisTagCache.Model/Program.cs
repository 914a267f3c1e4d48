using RedisTagCache.Model;

var most = args.Length > 0 ? int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 10_000_000;
foreach (var scenario in Scenarios.Sound.Concat(Scenarios.Broken))
    Console.WriteLine(new Explorer(new Machine(scenario), most).Run());
