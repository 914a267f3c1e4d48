namespace RedisTagCache.Topology;

/// <summary>The name of a build as it stands in keys.</summary>
internal static class BuildName
{
    /// <summary>In its place where all builds share the entries.</summary>
    public const string Shared = "-";

    /// <summary>Escapes what has a meaning in keys; different names stay different, and none is that of regions which all builds share.</summary>
    public static string Escape(string name) => name == Shared ? "%2D" : Uri.EscapeDataString(name).Replace("%2B", "+", StringComparison.Ordinal);

    /// <summary>The same for a name that may have been copied from a key.</summary>
    public static string Normalize(string name) => Escape(Uri.UnescapeDataString(name));
}

/// <summary>The name of this build, and where it was found.</summary>
internal sealed record BuildOrigin(string Name, string Source);
