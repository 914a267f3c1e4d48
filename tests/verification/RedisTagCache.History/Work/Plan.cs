using System.Globalization;

namespace RedisTagCache.History.Work;

/// <summary>The keys and tags that all processes share, and what is done to which.</summary>
internal static class Plan
{
    public const int Keys = 300;
    public const int Tags = 61;

    /// <summary>The number of the tag <c>*</c>, which every entry carries.</summary>
    public const int Everything = 0;

    private const int LargeBytes = 10_000;
    private static readonly int[][] _tagsOf = [.. Enumerable.Range(0, Keys).Select(TagsFor)];
    private static readonly int[][] _keysOf = [.. Enumerable.Range(0, Tags).Select(tag => Enumerable.Range(0, Keys).Where(key => tag == Everything || _tagsOf[key].Contains(tag)).ToArray())];

    public static string NameOfKey(int key) => string.Create(CultureInfo.InvariantCulture, $"k{key}");

    public static string NameOfTag(int tag) => tag == Everything ? "*" : string.Create(CultureInfo.InvariantCulture, $"t{tag}");

    /// <summary>One to four, besides <see cref="Everything"/>.</summary>
    public static int[] TagsOf(int key) => _tagsOf[key];

    public static int[] KeysOf(int tag) => _keysOf[tag];

    /// <summary>What becomes of a key never changes.</summary>
    public static KeyUse UseOf(int key) => (key % 3) switch { 0 => KeyUse.Page, 1 => KeyUse.Value, _ => KeyUse.RemovedValue };

    /// <summary>Some values are so large that they are staged.</summary>
    public static int SizeOf(int key) => key % 11 == 0 ? LargeBytes + key : Stamp.Length;

    /// <summary>So that each tag is on a dozen keys of all uses.</summary>
    private static int[] TagsFor(int key) =>
        [.. Enumerable.Range(0, 1 + (key / 3 % 4)).Select(i => 1 + ((((key + (key / 60)) * 7) + (i * 13)) % (Tags - 1))).Distinct()];
}
