using System.Reflection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Contracts;

/// <summary>One file of docs/contracts: the versions that it was recorded with, and what is compared.</summary>
internal sealed class ContractFile(string name, params Type[] sources)
{
    private const string Comment = "# ";

    private readonly string _path = Repository.Folder("docs", "contracts", name);

    /// <summary>Gets whether the files are written again instead of compared.</summary>
    public static bool IsUpdate => Environment.GetEnvironmentVariable("REDISTAGCACHE_UPDATE_CONTRACTS") == "1";

    public string Name => name;

    /// <summary>The assemblies that the contract is read from. Another patch of the framework with the same contract is no difference.</summary>
    private IEnumerable<string> Versions => sources.Select(static type => type.Assembly).Distinct().Select(static assembly =>
        $"{assembly.GetName().Name} {assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0]}, assembly version {assembly.GetName().Version}").Order(StringComparer.Ordinal);

    /// <summary>Writes the contract, with the versions of today.</summary>
    public void Write(string contract) => File.WriteAllText(_path, string.Concat(Versions.Select(static version => $"{Comment}{version}\n")) + "\n" + contract);

    /// <summary>Says how the contract of today differs from the file. Empty if it does not.</summary>
    public string Differences(string contract)
    {
        var (recorded, versions) = Read();
        var problems = Differences(recorded, contract);
        return problems.Length == 0 ? "" : $"""
            The contract of the framework is not the one in docs/contracts/{name}, which is implemented here.
            Recorded with: {string.Join("; ", versions)}
            This run has:  {string.Join("; ", Versions)}
            {string.Join('\n', problems)}
            Check each adapter against the difference. Then set REDISTAGCACHE_UPDATE_CONTRACTS=1, and run this class again to write the file.
            """;
    }

    /// <summary>Finds the lines that one text has and the other has not, each with the heading that it is under.</summary>
    public static string[] Differences(string recorded, string current)
    {
        var (before, now) = (Lines(recorded), Lines(current));
        string[] differences = [.. Without(before, now).Select(static line => $"  - {line}"), .. Without(now, before).Select(static line => $"  + {line}")];
        return differences.Length == 0 && recorded != current ? ["  The same lines are in another order."] : differences;
    }

    private static List<string> Without(List<string> lines, List<string> others)
    {
        var rest = new List<string>(lines);
        foreach (var line in others)
            rest.Remove(line);
        return rest;
    }

    private static List<string> Lines(string text)
    {
        var lines = new List<string>();
        var heading = "";
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!line.StartsWith(' '))
                heading = line;
            lines.Add(line == heading ? line : $"{line.Trim()}   in   {heading}");
        }

        return lines;
    }

    private (string Contract, string[] Versions) Read()
    {
        var lines = File.Exists(_path) ? File.ReadAllText(_path).ReplaceLineEndings("\n").Split('\n') : [];
        var versions = lines.TakeWhile(static line => line.StartsWith(Comment, StringComparison.Ordinal)).ToArray();
        return (string.Join('\n', lines.Skip(versions.Length + 1)), [.. versions.Select(static line => line[Comment.Length..])]);
    }
}
