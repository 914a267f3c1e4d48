using System.Globalization;
using System.Text.RegularExpressions;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Tests.Architecture;

/// <summary>docs/architecture.md: its figures, and the files that it names.</summary>
internal static partial class ArchitecturePage
{
    private static readonly string _text = File.ReadAllText(Repository.Folder("docs", "architecture.md")).ReplaceLineEndings("\n");

    /// <summary>Gets the rows of the table of figures.</summary>
    public static IReadOnlyDictionary<string, int> Figures { get; } =
        FigureRow().Matches(_text).ToDictionary(row => row.Groups[1].Value, row => int.Parse(row.Groups[2].Value, CultureInfo.InvariantCulture));

    /// <summary>Gets the files that the page names.</summary>
    public static IReadOnlyList<string> Files { get; } = FilesOf(_text);

    /// <summary>Gets the folders of the table of folders.</summary>
    public static IReadOnlyList<string> Folders { get; } = [.. FolderRow().Matches(_text).Select(row => row.Groups[1].Value)];

    /// <summary>Gets the types, members, and folders that the page names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. NamedCode().Matches(_text).Select(name => name.Groups[1].Value).Distinct()];

    /// <summary>Returns the C# files that a section names in its numbered list, in order.</summary>
    /// <param name="heading">The section's heading.</param>
    public static IReadOnlyList<string> Walk(string heading)
    {
        var section = Sections().Matches(_text).Single(section => section.Groups[1].Value == heading).Groups[2].Value;
        return FilesOf(string.Concat(Steps().Matches(section).Select(step => step.Value))).Where(file => file.EndsWith(".cs", StringComparison.Ordinal)).ToArray();
    }

    private static string[] FilesOf(string text) => [.. NamedFile().Matches(text).Select(file => file.Groups[1].Value).Distinct()];

    [GeneratedRegex(@"^\| ((?:Files|Public types) .+?) \| (\d+) \|", RegexOptions.Multiline)]
    private static partial Regex FigureRow();

    [GeneratedRegex(@"`([\w.]+\.(?:cs|lua))`")]
    private static partial Regex NamedFile();

    [GeneratedRegex(@"^\| `(RedisTagCache[\w./]*)` \|", RegexOptions.Multiline)]
    private static partial Regex FolderRow();

    [GeneratedRegex(@"`(?:\w+\.)?([A-Z]\w+)`")]
    private static partial Regex NamedCode();

    [GeneratedRegex(@"^#+ (.+?)\n(.*?)(?=^#|\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Sections();

    [GeneratedRegex(@"^\d+\. .*?$", RegexOptions.Multiline)]
    private static partial Regex Steps();
}
