using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Docs;

/// <summary>One Markdown file that users read: the README, those of the packages, and everything in docs/.</summary>
internal sealed class DocPage
{
    private DocPage(string path)
    {
        Path = path;
        Name = System.IO.Path.GetRelativePath(Repository.Root, path).Replace('\\', '/');
        Text = File.ReadAllText(path);
        Lines = Text.ReplaceLineEndings("\n").Split('\n');
    }

    public static IReadOnlyList<DocPage> All { get; } =
        [.. Directory.GetFiles(Repository.Folder("docs"), "*.md").Order(StringComparer.Ordinal)
            .Concat(Directory.GetDirectories(Repository.Folder("src")).Order(StringComparer.Ordinal).Select(project => System.IO.Path.Combine(project, "PACKAGE.md")).Where(File.Exists))
            .Prepend(Repository.Folder("README.md"))
            .Select(path => new DocPage(path))];

    public string Path { get; }

    /// <summary>The path from the root of the repository.</summary>
    public string Name { get; }

    public string Text { get; }

    public string[] Lines { get; }

    public static DocPage Of(string name) => All.Single(page => page.Name == name);

    /// <summary>The fenced blocks of a language, each with the number of its first line, counted from 1.</summary>
    public IEnumerable<(int Line, string Code)> Blocks(string language)
    {
        for (var i = 0; i < Lines.Length; i++)
        {
            if (Lines[i] != "```" + language)
                continue;
            var end = Array.IndexOf(Lines, "```", i + 1);
            yield return (i + 2, string.Join('\n', Lines[(i + 1)..end]));
            i = end;
        }
    }
}
