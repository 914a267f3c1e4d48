using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using RedisTagCache.Entries.Envelope;
using RedisTagCache.Invalidation;
using RedisTagCache.Leases;
using RedisTagCache.Scripts;
using RedisTagCache.Tags;
using RedisTagCache.Topology;

namespace RedisTagCache.Tests.Scripts;

/// <summary>The numbers, lengths and words that the scripts share with the code are the same in both.</summary>
public sealed partial class ScriptConstantTests
{
    private static readonly string[] _withVerdict = ["entry_fill", "entry_overwrite", "entry_set", "entry_touch", "lease_release", "lease_renew"];

    public static TheoryData<string> Files => [.. ScriptFiles.ByName.Keys];

    [Fact]
    public void Constants_OfAllScripts_AreThoseOfTheCode()
    {
        var expected = _withVerdict.SelectMany(static script => MembersOf<ScriptVerdict>(script))
            .Concat(MembersOf<LeaseVerdict>("lease_acquire"))
            .Append($"lease_acquire IDENTITY_LENGTH = {EnvelopeLayout.IdentityLength}");
        var actual = ScriptFiles.ByName.Append(new("_prelude.lua", ScriptFiles.Prelude)).SelectMany(static file => ConstantsOf(file.Key, file.Value));
        Assert.Equal(expected.Order(StringComparer.Ordinal), actual.Select(static constant => $"{constant.Script} {constant.Name} = {constant.Value}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Constants_OfAnyScript_AreUsed(string file)
    {
        var body = Body(file);
        Assert.All(ConstantsOf(file, body), constant => Assert.True(Regex.Count(body, $@"\b{constant.Name}\b") > 1, constant.Name));
    }

    /// <summary>Only the length that entry_drop returns is a number of its own.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public void Verdict_OfAnyScript_IsNamed(string file) =>
        Assert.Equal(file == "entry_drop.lua" ? ["return 0"] : [], UnnamedVerdict().Matches(Body(file)).Select(static match => match.Value));

    [Fact]
    public void LeaseVerdict_AndThePublicState_AreTheSame() =>
        Assert.Equal(
            Enum.GetValues<CacheLeaseState>().Select(static state => (state.ToString(), (int)state)),
            Enum.GetValues<LeaseVerdict>().Select(static verdict => (verdict.ToString(), (int)verdict)));

    [Fact]
    public void Stamp_OfTheCode_HasTheLengthsOfTheScripts()
    {
        Assert.Equal(EpochStamp.MaxLength, new EpochStamp(long.MaxValue, ulong.MaxValue, uint.MaxValue).ToString().Length);
        var parts = new EpochStamp(1, 0, 0).ToString().Split(':');
        var run = RunPattern().Match(ScriptFiles.Prelude);
        Assert.Equal(parts[2].Length, Regex.Count(run.Groups[1].Value, "%x"));
        Assert.Equal(parts[2], run.Groups[2].Value);

        var nonce = (string?)InvalidationsSyncScript.Call(new KeySpace("rtc", "build", 1).Partitions[0], null, 0, 0).Arguments[3];
        Assert.Equal(parts[1], nonce);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"--   nonce  {parts[1].Length} hex digits"), ScriptFiles.ByName["invalidations_sync.lua"], StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_OfAllScripts_AreOfTheKindsOfTheCode()
    {
        byte[] expected = [BackplaneMessage.Pass, BackplaneMessage.Release, BackplaneMessage.Removal, BackplaneMessage.TagInvalidations];
        var kinds = ScriptFiles.ByName.Values.Append(ScriptFiles.Prelude).SelectMany(static text => PublishPattern().Matches(text)).SelectMany(static line => KindPattern().Matches(line.Value));
        Assert.Equal(expected.Order(), kinds.Select(static kind => (byte)kind.Groups[1].Value[0]).Distinct().Order());
    }

    [Fact]
    public void Owners_WithAMeaning_AreThoseOfTheCode()
    {
        string[] known = [LeaseReleaseScript.Pass, LeaseReleaseScript.Pause];
        Assert.Equal(known, WordPattern().Matches(Body("lease_acquire.lua")).Select(static match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal([LeaseReleaseScript.Pass], WordPattern().Matches(Body("lease_release.lua")).Select(static match => match.Groups[1].Value));
        Assert.Contains($"identity ~= '{Encoding.ASCII.GetString(LeaseAcquireScript.NotLooked)}'", Body("lease_acquire.lua"), StringComparison.Ordinal);
    }

    [Fact]
    public void Members_OfTagInvalidations_StartAsTheHeaderSays() =>
        Assert.Contains(
            $"'{(char)TagId.Member(TagInvalidationKind.Evict, [])[0]}' for an eviction or '{(char)TagId.Member(TagInvalidationKind.Expire, [])[0]}' for an expiry",
            ScriptFiles.ByName["tag_invalidate.lua"],
            StringComparison.Ordinal);

    private static IEnumerable<string> MembersOf<T>(string script)
        where T : struct, Enum => Enum.GetValues<T>().Select(member => $"{script} {SnakeCase(member.ToString())} = {Convert.ToInt32(member, CultureInfo.InvariantCulture)}");

    private static IEnumerable<(string Script, string Name, string Value)> ConstantsOf(string file, string text) =>
        ConstantPattern().Matches(text).SelectMany(line => line.Groups[1].Value.Split(", ").Zip(line.Groups[2].Value.Split(", "), (name, value) => (Path.GetFileNameWithoutExtension(file), name, value)));

    private static string Body(string file) => string.Join('\n', ScriptFiles.ByName[file].Split('\n').Where(static line => !line.StartsWith("--", StringComparison.Ordinal)));

    private static string SnakeCase(string name) => WordStart().Replace(name, "_").ToUpperInvariant();

    [GeneratedRegex(@"^ *local ([A-Z][A-Z_]*(?:, [A-Z][A-Z_]*)*) = ([^\n]+)$", RegexOptions.Multiline)]
    private static partial Regex ConstantPattern();

    [GeneratedRegex(@"return \{?\d+|reply\[\w+\] = \d+|verdict = [^\n]*\d+")]
    private static partial Regex UnnamedVerdict();

    [GeneratedRegex(@"'master_replid:\(([%x]+)\)'\) or '(\w+)'")]
    private static partial Regex RunPattern();

    [GeneratedRegex(@"redis\.pcall\((?:ARGV|publish).*")]
    private static partial Regex PublishPattern();

    [GeneratedRegex(@"'([a-z])'")]
    private static partial Regex KindPattern();

    [GeneratedRegex(@"[=~]= '([a-z]+)'")]
    private static partial Regex WordPattern();

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])")]
    private static partial Regex WordStart();
}
