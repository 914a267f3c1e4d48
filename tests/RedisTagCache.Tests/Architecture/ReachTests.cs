using System.Text.RegularExpressions;
using RedisTagCache.Reach;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Tests.Architecture;

/// <summary>docs/architecture.md: its figures are those of today, its walks lead where the code leads, and the files and members that it names exist.</summary>
public sealed partial class ReachTests
{
    private static readonly Lazy<IReadOnlyList<Figure>> _figures = new(() => Figure.All(Sources.Code));

    public static IEnumerable<TheoryDataRow<string>> Figures => ArchitecturePage.Figures.Keys.Select(name => new TheoryDataRow<string>(name));

    public static IEnumerable<TheoryDataRow<string>> Files => ArchitecturePage.Files.Select(file => new TheoryDataRow<string>(file));

    /// <summary>Without source generators some members have no code. Any other error would hide a part of the sources.</summary>
    [Fact]
    public void Sources_CompiledWithoutGenerators_LackOnlyGeneratedCode()
    {
        var errors = Sources.Code.Errors().Where(error => error.Id is not ("CS8795" or "CS0534" or "CS9248" or "CS0117" or "CS7036" or "CS1729"));
        Assert.Empty(errors.Select(error => error.ToString()));
    }

    [Fact]
    public void Figures_OfTheProgram_AreThoseOfTheDocument() => Assert.Equal(_figures.Value.Select(figure => figure.Name), ArchitecturePage.Figures.Keys);

    [Theory]
    [MemberData(nameof(Figures))]
    public void Figure_InTheDocument_IsTodays(string name)
    {
        var documented = ArchitecturePage.Figures[name];
        var figure = _figures.Value.Single(figure => figure.Name == name);
        Assert.True(figure.Items.Count <= documented, $"{name}: {figure.Items.Count}, but docs/architecture.md allows {documented}. These count:\n{string.Join('\n', figure.Items)}");
        Assert.True(figure.Items.Count == documented, $"{name}: only {figure.Items.Count} are left. Lower the number in docs/architecture.md from {documented} to that, so that it does not grow again.");
    }

    [Theory]
    [InlineData("Evict a tag", "`EvictByTagAsync`")]
    [InlineData("Get or create a value", "`GetOrCreateAsync`")]
    [InlineData("Get a page", "the page lookup")]
    public void Walk_InTheDocument_NamesOnlyFilesThatTheCodeReaches(string heading, string walk)
    {
        var named = ArchitecturePage.Walk(heading);
        Assert.NotEmpty(named);
        var reached = Figure.Walks.Single(candidate => candidate.Name == walk).Walk(Sources.Code).Select(step => Path.GetFileName(step.File)).ToHashSet(StringComparer.Ordinal);
        Assert.All(named, file => Assert.Contains(file, reached));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void File_NamedInTheDocument_Exists(string name) =>
        Assert.Single(Repository.Files(name.EndsWith(".lua", StringComparison.Ordinal) ? "lua" : "src", name));

    [Fact]
    public void Folders_OfTheDocument_AreThoseOfTheSource() =>
        Assert.Equal(Folders.All(Sources.Code).Select(folder => folder.Key), ArchitecturePage.Folders.Order(StringComparer.Ordinal));

    [Fact]
    public void Names_InTheDocument_AreThoseOfTheSource()
    {
        var words = Repository.Files("src", "*.cs").SelectMany(file => Word().Matches(File.ReadAllText(file)).Select(word => word.Value)).ToHashSet(StringComparer.Ordinal);
        Assert.All(ArchitecturePage.Names, name => Assert.Contains(name, words));
    }

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
