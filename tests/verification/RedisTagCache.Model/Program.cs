using System.Globalization;
using RedisTagCache.Model;

// Arguments: the maximum number of states of a scenario, "large" for the large ones too, and a part of the names of those to explore.
var most = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 10_000_000;
var part = args.Skip(1).FirstOrDefault(argument => argument != "large") ?? "";
var isViolated = false;
foreach (var scenario in Scenarios.Sound.Concat(OutboxScenarios.Sound).Concat(args.Contains("large") ? Scenarios.Large : []).Where(scenario => scenario.Name.Contains(part, StringComparison.Ordinal)))
{
    var exploration = new Explorer(new Machine(scenario), most).Run();
    isViolated |= exploration.Violation != Violation.None;
    Console.WriteLine(exploration);
}

foreach (var scenario in Scenarios.Broken.Concat(OutboxScenarios.Broken).Where(scenario => scenario.Name.Contains(part, StringComparison.Ordinal)))
{
    var exploration = new Explorer(new Machine(scenario), most).Run();
    isViolated |= exploration.Violation == Violation.None;
    Console.WriteLine(exploration);
}

return isViolated ? 1 : 0;
