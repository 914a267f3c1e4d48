using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Json.Schema;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Tests.Hosting;

/// <summary>
/// The schema that editors get is made of the options: each with its type, its default, and the text of its XML documentation. To write it again after a change of an option, run this class with
/// the environment variable <c>REDISTAGCACHE_UPDATE_SCHEMA</c> set to 1.
/// </summary>
public sealed partial class ConfigurationSchemaTests
{
    private static readonly string _file = Repository.Folder("src", "RedisTagCache.Hosting", "ConfigurationSchema.json");

    private static readonly Lazy<JsonSchema> _schema = new(static () => JsonSchema.FromText(File.ReadAllText(_file)));

    /// <summary>The configuration in the documentation and in the samples.</summary>
    public static IEnumerable<TheoryDataRow<string, string>> Examples =>
        Repository.Files("docs", "*.md").SelectMany(static file => Block().Matches(File.ReadAllText(file).ReplaceLineEndings("\n")).Select(block => (file, block.Groups[1].Value)))
            .Concat(Repository.Files("samples", "appsettings*.json").Select(static file => (file, File.ReadAllText(file))))
            .Where(static example => example.Item2.Contains("\"RedisTagCache\": {", StringComparison.Ordinal))
            .Select(static example => new TheoryDataRow<string, string>(Path.GetRelativePath(Repository.Root, example.file), example.Item2));

    [Fact]
    public void File_Always_IsMadeOfTheOptions()
    {
        var expected = SettingsSchema.Create();
        if (Environment.GetEnvironmentVariable("REDISTAGCACHE_UPDATE_SCHEMA") == "1")
            File.WriteAllText(_file, SettingsSchema.TextOf(expected));
        var text = File.ReadAllText(_file).ReplaceLineEndings("\n");
        var problems = Differences("", expected, JsonNode.Parse(text)).ToArray();
        Assert.True(problems.Length == 0, string.Join('\n', problems) + "\nSet REDISTAGCACHE_UPDATE_SCHEMA=1 to write ConfigurationSchema.json again.");
        Assert.Equal(SettingsSchema.TextOf(expected), text);
    }

    [Theory]
    [InlineData("KeyPrefix", null, null, "KeyPrefix is missing")]
    [InlineData("LeaseDuration", "type", "\"integer\"", "LeaseDuration/type is \"integer\", but should be \"string\"")]
    [InlineData("Enabled", "default", "false", "Enabled/default is false, but should be true")]
    [InlineData("Enabled", "description", "\"\"", "Enabled/description is \"\", but should be \"Gets or sets whether the cache is used.")]
    [InlineData("KeyPrefx", "type", "\"string\"", "KeyPrefx is not an option")]
    public void Differences_OfAnotherSchema_NameTheOption(string option, string? field, string? value, string expected)
    {
        ArgumentNullException.ThrowIfNull(option);
        var other = SettingsSchema.Create();
        var options = (JsonObject)other["properties"]!["RedisTagCache"]!["properties"]!;
        if (field is null)
            options.Remove(option);
        else
            (options[option] ??= new JsonObject())[field] = JsonNode.Parse(value!);
        var problem = Assert.Single(Differences("", SettingsSchema.Create(), other));
        Assert.StartsWith("/properties/RedisTagCache/properties/" + expected, problem, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Example_OfTheDocumentation_IsValid(string file, string example)
    {
        var result = Evaluate(example);
        Assert.True(result.IsValid, $"{file}: {Errors(result)}");
    }

    [Fact]
    public void Examples_Always_AreFound()
    {
        Assert.Contains(Examples, example => example.Data.Item1.EndsWith("hosting.md", StringComparison.Ordinal) && example.Data.Item2.Contains("DisableTracing", StringComparison.Ordinal));
        Assert.Contains(Examples, example => example.Data.Item1.Contains("samples", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{ "KeyPrefx": "shop" }""")]
    [InlineData("""{ "LeaseDuration": "5 s" }""")]
    [InlineData("""{ "LeaseDuration": "-00:00:05" }""")]
    [InlineData("""{ "LocalCacheBytes": "much" }""")]
    [InlineData("""{ "Compression": "Zip" }""")]
    [InlineData("""{ "DisableMetrics": "perhaps" }""")]
    [InlineData("""{ "Profiles": { "articles": { "Lifetme": "00:01:00" } } }""")]
    [InlineData("""{ "Profiles": { "articles": { "Flags": "DisableEverything" } } }""")]
    [InlineData("""{ "OutputCache": { "StaleWindow": true } }""")]
    [InlineData("""{ "Caches": { "catalog": { "Caches": {} } } }""")]
    public void Section_WithAnError_IsNotValid(string section) => Assert.False(Evaluate($$"""{ "RedisTagCache": {{section}} }""").IsValid);

    [Theory]
    [InlineData("00:00:01.5")]
    [InlineData("7.00:00:00")]
    [InlineData("23:59")]
    [InlineData("1:2:3")]
    [InlineData("7")]
    public void Section_WithADuration_IsValidIfItBinds(string duration)
    {
        Assert.True(TimeSpan.TryParse(duration, System.Globalization.CultureInfo.InvariantCulture, out _));
        Assert.True(Evaluate($$"""{ "RedisTagCache": { "LeaseDuration": "{{duration}}" } }""").IsValid);
    }

    [Theory]
    [InlineData("""{ "Logging": {}, "RedisTagCache": {} }""")]
    [InlineData("""{ "RedisTagCache": { "Profiles": { "a": { "Flags": "DisableLocalCache, DisableDistributedCacheWrite", "Jitter": 0.1 } }, "Caches": { "catalog": { "DisableHealthChecks": true } } } }""")]
    public void Settings_WithoutAnError_AreValid(string settings) => Assert.True(Evaluate(settings).IsValid);

    /// <summary>The targets of the package make the schema known, and the paths in them are those in the package.</summary>
    [Fact]
    public void Targets_Always_NameTheSchema()
    {
        var folder = Path.GetDirectoryName(_file)!;
        Assert.Contains("JsonSchemaSegment Include=\"$(MSBuildThisFileDirectory)../../ConfigurationSchema.json\"", File.ReadAllText(Path.Combine(folder, "buildTransitive", "RedisTagCache.Hosting.targets")), StringComparison.Ordinal);
        Assert.Contains("PackagePath=\"buildTransitive/$(TargetFramework)/\"", File.ReadAllText(Path.Combine(folder, "RedisTagCache.Hosting.csproj")), StringComparison.Ordinal);
    }

    private static EvaluationResults Evaluate(string json) =>
        _schema.Value.Evaluate(JsonDocument.Parse(json).RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });

    private static string Errors(EvaluationResults result) =>
        string.Join(", ", (result.Details ?? []).Where(static detail => detail.Errors is not null).Select(static detail => $"{detail.InstanceLocation}: {string.Join(' ', detail.Errors!.Values)}"));

    private static IEnumerable<string> Differences(string path, JsonNode? expected, JsonNode? actual)
    {
        if (expected is not JsonObject options || actual is not JsonObject found)
        {
            if (!JsonNode.DeepEquals(expected, actual))
                yield return $"{path} is {Text(actual)}, but should be {Text(expected)}.";
            yield break;
        }

        foreach (var (name, option) in options)
        {
            if (!found.TryGetPropertyValue(name, out var other))
                yield return $"{path}/{name} is missing.";
            else
                foreach (var difference in Differences($"{path}/{name}", option, other))
                    yield return difference;
        }

        foreach (var (name, _) in found.Where(property => !options.ContainsKey(property.Key)))
            yield return $"{path}/{name} is not an option.";
    }

    private static string Text(JsonNode? node) => node?.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) ?? "null";

    [GeneratedRegex("^```json\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
