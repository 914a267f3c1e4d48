using System.Globalization;
using RedisTagCache.Model;

// Arguments: the maximum number of states of a scenario, "large" for the large ones too, a part of the names of those to explore, and "--output" with the folder of the report.
List<string> given = [.. args];
var output = "";
if (given.IndexOf("--output") is >= 0 and var at)
{
    output = given[at + 1];
    given.RemoveRange(at, 2);
}

var isLarge = given.Remove("large");
var most = given.Count > 0 ? int.Parse(given[0], CultureInfo.InvariantCulture) : 10_000_000;
var part = given.Count > 1 ? given[1] : "";
var report = new Report(string.Join(' ', args));
foreach (var scenario in Scenarios.Sound.Concat(OutboxScenarios.Sound).Concat(isLarge ? Scenarios.Large : []).Concat(Scenarios.Broken).Concat(OutboxScenarios.Broken))
{
    if (!scenario.Name.Contains(part, StringComparison.Ordinal))
        continue;
    var exploration = new Explorer(new Machine(scenario), most).Run();
    report.Add(exploration);
    Console.WriteLine(exploration);
}

if (output.Length > 0)
{
    Directory.CreateDirectory(output);
    await File.WriteAllTextAsync(Path.Combine(output, "model.md"), report.Write());
}

return report.IsGood ? 0 : 1;
