using System.Globalization;
using RedisTagCache.Model;

// Arguments: the maximum number of states of a scenario, and "large" for the large ones too.
var most = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 10_000_000;
var isViolated = false;
foreach (var scenario in Scenarios.Sound.Concat(args.Contains("large") ? Scenarios.Large : []))
{
    var exploration = new Explorer(new Machine(scenario), most).Run();
    isViolated |= exploration.Violation != Violation.None;
    Console.WriteLine(exploration);
}

foreach (var scenario in Scenarios.Broken)
{
    var exploration = new Explorer(new Machine(scenario), most).Run();
    isViolated |= exploration.Violation == Violation.None;
    Console.WriteLine(exploration);
}

return isViolated ? 1 : 0;
