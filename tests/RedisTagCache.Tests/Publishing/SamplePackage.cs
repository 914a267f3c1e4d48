using System.IO.Compression;

namespace RedisTagCache.Tests.Publishing;

/// <summary>A package and its symbols, with all that the release script looks for.</summary>
internal static class SamplePackage
{
    /// <summary>Writes both files.</summary>
    /// <param name="folder">Where they are written.</param>
    /// <param name="name">The name of the files, without their extensions.</param>
    /// <param name="nuspec">What the package says about itself.</param>
    /// <param name="without">The name of an entry that is left out.</param>
    /// <returns>The path of the package.</returns>
    public static string Write(string folder, string name, string nuspec, string? without = null)
    {
        Directory.CreateDirectory(folder);
        var package = Path.Combine(folder, $"{name}.nupkg");
        Zip(package, [("Sample.nuspec", nuspec), ("README.md", "# Sample"), ("icon.png", "an image"), ("lib/net10.0/Sample.dll", "code"), ("lib/net10.0/Sample.xml", "<doc/>")], without);
        Zip(Path.ChangeExtension(package, ".snupkg"), [("Sample.nuspec", nuspec), ("lib/net10.0/Sample.pdb", "symbols")], without);
        return package;
    }

    private static void Zip(string path, (string Name, string Text)[] entries, string? without)
    {
        using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var (name, text) in entries.Where(entry => entry.Name != without))
        {
            using var writer = new StreamWriter(archive.CreateEntry(name).Open());
            writer.Write(text);
        }
    }
}
