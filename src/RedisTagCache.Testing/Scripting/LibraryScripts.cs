using System.Text;
using RedisTagCache.Scripts;

namespace RedisTagCache.Testing.Scripting;

/// <summary>The scripts of the cache.</summary>
internal static class LibraryScripts
{
    private static readonly Lazy<EmbeddedScript[]> _scripts = new(static () =>
        [.. typeof(EmbeddedScript).Assembly.GetManifestResourceNames()
            .Where(static name => name.StartsWith("lua/", StringComparison.Ordinal) && !name.StartsWith("lua/_", StringComparison.Ordinal))
            .Select(static name => EmbeddedScript.Load(Path.GetFileNameWithoutExtension(name)))]);

    public static IEnumerable<(string Hash, byte[] Text)> All => _scripts.Value.Select(static script => (HashOf(script), Encoding.UTF8.GetBytes(script.Text)));

    /// <summary>Gets the hash of the script that evicts tags.</summary>
    public static string Eviction => HashOf(_scripts.Value.Single(static script => script.Name == "tag_invalidate"));

    private static string HashOf(EmbeddedScript script) => Convert.ToHexStringLower(script.Hash);
}
