using System.Diagnostics.CodeAnalysis;
using System.Text;
using StackExchange.Redis;

namespace RedisTagCache.Topology;

/// <summary>The key of an entry, taken apart: see <see cref="KeySpace"/> for how it is put together.</summary>
/// <param name="Partition">Its partition.</param>
/// <param name="Key">All of it.</param>
/// <param name="Region">The region's name.</param>
/// <param name="Build">The build as it stands there.</param>
/// <param name="Name">The entry's own key, or its hash.</param>
/// <param name="IsHashed">Whether it is the hash.</param>
internal sealed record StoredKey(Partition Partition, RedisKey Key, string Region, string Build, string Name, bool IsHashed)
{
    private const string Raw = ":e:";
    private const string Hashed = ":eh:";

    /// <summary>Gets the hash of the key that the entry carries.</summary>
    public ulong KeyHash => EntryLocation.KeyHashOf((byte[])Key!);

    public EntryLocation Location => new(Partition, Key, $"{Partition.HashTag}{(IsHashed ? ":lh:" : ":l:")}{Region}:{Build}:{Name}") { KeyHash = KeyHash };

    /// <summary>Returns the location of the entry of any build.</summary>
    public static StoredKey Of(Partition partition, string region, string build, string key)
    {
        var isHashed = !KeySpace.IsName(key);
        var name = isHashed ? KeySpace.NameOf(key)[1..] : key;
        return Found(partition, region, build, name, isHashed);
    }

    /// <summary>Returns the location of an entry that was found by its key, or by its hash.</summary>
    public static StoredKey Found(Partition partition, string region, string build, string name, bool isHashed) =>
        new(partition, $"{partition.HashTag}{(isHashed ? Hashed : Raw)}{region}:{build}:{name}", region, build, name, isHashed);

    /// <summary>Takes a key apart; false when it is none of an entry in one of these partitions.</summary>
    public static bool TryParse(byte[] key, IReadOnlyDictionary<string, Partition> byHashTag, [NotNullWhen(true)] out StoredKey? stored)
    {
        stored = null;
        var end = key.AsSpan().IndexOf((byte)'}') + 1;
        if (end == 0 || !byHashTag.TryGetValue(Encoding.UTF8.GetString(key, 0, end), out var partition))
            return false;

        var text = Encoding.UTF8.GetString(key, end, key.Length - end);
        var isHashed = text.StartsWith(Hashed, StringComparison.Ordinal);
        if (!isHashed && !text.StartsWith(Raw, StringComparison.Ordinal))
            return false;
        var parts = text.Split(':', 5);
        if (parts.Length < 5 || parts[2].Length == 0 || parts[3].Length == 0)
            return false;
        stored = new StoredKey(partition, key, parts[2], parts[3], parts[4], isHashed);
        return true;
    }

    /// <summary>What all keys of entries look like, narrowed where that is known, as <c>SCAN</c> takes it.</summary>
    public static string Pattern(string prefix, string? region, string? keyPrefix)
    {
        // Only keys that are stored as they are can be found by a prefix.
        var kind = keyPrefix is { Length: > 0 } ? Raw : ":e*:";
        var tail = keyPrefix is { Length: > 0 } ? ":*:" + Literal(keyPrefix) + "*" : ":*";
        return $"{{{prefix}:*}}{kind}{(region is null ? "*" : Literal(region))}{tail}";
    }

    private static string Literal(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var c in text)
            (c is '*' or '?' or '[' or ']' or '\\' or '^' ? escaped.Append('\\') : escaped).Append(c);
        return escaped.ToString();
    }
}
