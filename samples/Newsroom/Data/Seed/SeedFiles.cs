using System.Text.Json;

namespace Newsroom.Data.Seed;

internal static class SeedFiles
{
    private static readonly string[] _sections = ["politics", "business", "science", "culture", "sport", "city"];

    public static List<SeedSection> ReadSections() => [.. _sections.Select(Read<SeedSection>)];

    public static Dictionary<string, string[]> ReadSharedWords() => Read<Dictionary<string, string[]>>("shared");

    private static T Read<T>(string name)
    {
        using var stream = typeof(SeedFiles).Assembly.GetManifestResourceStream($"seed/{name}.json")!;
        return JsonSerializer.Deserialize<T>(stream, JsonSerializerOptions.Web)!;
    }
}
