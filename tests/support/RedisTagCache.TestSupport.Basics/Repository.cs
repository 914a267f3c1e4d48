using System.Runtime.CompilerServices;

namespace RedisTagCache.TestSupport;

/// <summary>The working copy these tests were built from.</summary>
public static class Repository
{
    public static string Root { get; } = Find(Here());

    public static string Folder(params string[] path) => Path.Combine([Root, .. path]);

    /// <summary>The files below a folder, without what a build puts there.</summary>
    public static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(Folder(folder), pattern, SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal);

    /// <summary>The program of a project, as it was built with the same configuration as the running one.</summary>
    /// <param name="project">The folder of the project, which has its name.</param>
    public static string Program(params string[] project)
    {
        ArgumentNullException.ThrowIfNull(project);
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        return Path.Combine(Folder(project), "bin", configuration, "net10.0", project[^1] + ".dll");
    }

    private static string Here([CallerFilePath] string file = "") => file;

    private static string Find(string file)
    {
        var folder = Path.GetDirectoryName(file);
        while (folder is not null && !File.Exists(Path.Combine(folder, "RedisTagCache.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new DirectoryNotFoundException("No repository above " + file);
    }
}
