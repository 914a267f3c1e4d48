using System.Globalization;

namespace RedisTagCache.History.Work;

/// <summary>
/// The keys and tags that all processes share, and what is done to which. Each cache has its own, and they have the same names in all of them, so that what is taken from another cache is
/// noticed.
/// </summary>
internal static class Plan
{
    public const int Caches = 2;
    public const int KeysOfEach = 300;
    public const int TagsOfEach = 61;
    public const int Keys = Caches * KeysOfEach;
    public const int Tags = Caches * TagsOfEach;

    /// <summary>One in so many operations is one of a named cache.</summary>
    private const int NamedOnceIn = 4;

    private const int LargeBytes = 10_000;
    private static readonly int[][] _tagsOf = [.. Enumerable.Range(0, Keys).Select(TagsFor)];
    private static readonly int[][] _keysOf = [.. Enumerable.Range(0, Tags).Select(static tag => Enumerable.Range(0, Keys).Where(key => AllTagsOf(key).Contains(tag)).ToArray())];

    public static string NameOfKey(int key) => string.Create(CultureInfo.InvariantCulture, $"k{key % KeysOfEach}");

    public static string NameOfTag(int tag) => tag % TagsOfEach == 0 ? "*" : string.Create(CultureInfo.InvariantCulture, $"t{tag % TagsOfEach}");

    /// <summary>Which cache has a key. The first has no name.</summary>
    public static int CacheOf(int key) => key / KeysOfEach;

    public static string PrefixOf(int cache) => cache == 0 ? "rtc" : "named";

    /// <summary>The number of the tag <c>*</c> of a cache, which all of its entries with tags have.</summary>
    public static int EverythingOf(int cache) => cache * TagsOfEach;

    /// <summary>One to four, besides <see cref="EverythingOf"/>; none for what can have none.</summary>
    public static int[] TagsOf(int key) => _tagsOf[key];

    /// <summary>All of them.</summary>
    public static IEnumerable<int> AllTagsOf(int key) => _tagsOf[key].Length == 0 ? [] : _tagsOf[key].Append(EverythingOf(CacheOf(key)));

    public static int[] KeysOf(int tag) => _keysOf[tag];

    public static int RandomKey() => Random.Shared.Next(KeysOfEach) + (Random.Shared.Next(NamedOnceIn) == 0 ? (1 + Random.Shared.Next(Caches - 1)) * KeysOfEach : 0);

    /// <summary>A tag of a cache, but not <c>*</c>.</summary>
    public static int RandomTag(int cache) => EverythingOf(cache) + 1 + Random.Shared.Next(TagsOfEach - 1);

    /// <summary>What becomes of a key never changes.</summary>
    public static KeyUse UseOf(int key) => (key % KeysOfEach % 10, key % KeysOfEach % 3) switch { (9, _) => KeyUse.Bytes, (_, 0) => KeyUse.Page, (_, 1) => KeyUse.Value, _ => KeyUse.RemovedValue };

    /// <summary>Some values are so large that they are staged.</summary>
    public static int SizeOf(int key) => key % 11 == 0 ? LargeBytes + (key % KeysOfEach) : Stamp.Length;

    /// <summary>So that each tag is on a dozen keys of all uses.</summary>
    private static int[] TagsFor(int key)
    {
        var number = key % KeysOfEach;
        return UseOf(key) == KeyUse.Bytes
            ? []
            : [.. Enumerable.Range(0, 1 + (number / 3 % 4)).Select(i => EverythingOf(CacheOf(key)) + 1 + ((((number + (number / 60)) * 7) + (i * 13)) % (TagsOfEach - 1))).Distinct()];
    }
}
