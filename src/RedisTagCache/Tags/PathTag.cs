namespace RedisTagCache.Tags;

/// <summary>The tag that every page has of its path, so that it can be evicted in all its variants.</summary>
internal static class PathTag
{
    private const int MaxEncodings = 4;

    /// <summary>Gets the tag of a path, a path with a query, or an absolute URL. A trailing slash and percent-encoding make no difference, and tags have no case.</summary>
    /// <exception cref="ArgumentException">It is neither of these.</exception>
    public static string OfAddress(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.Length == 0 || address[0] == '/')
            return Of(address);
        return Uri.TryCreate(address, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            ? Of(uri.AbsolutePath)
            : throw new ArgumentException($"The path must begin with '/' or be an absolute HTTP URL, but was '{address}'.", nameof(address));
    }

    /// <summary>Gets the tag of the value of a path.</summary>
    public static string Of(string? path)
    {
        path ??= "";

        // Servers leave %2F as it is, and an address that is encoded twice is decoded once by them.
        for (var i = 0; i < MaxEncodings && path.Contains('%', StringComparison.Ordinal); i++)
            path = Uri.UnescapeDataString(path);
        if (path.AsSpan().IndexOfAny('?', '#') is >= 0 and var end)
            path = path[..end];
        path = path.TrimEnd('/');
        return "@path:" + (path.Length == 0 ? "/" : path);
    }
}
