using System.Buffers;
using RedisTagCache.Entries.Envelope;
using RedisTagCache.Tags;
using RedisTagCache.TestSupport;
using RedisTagCache.Topology;

namespace RedisTagCache.Tests.Entries.Envelope;

/// <summary>Entries that a released version wrote lie in somebody's Redis: the layout changes only with its version, and entries of earlier versions are misses.</summary>
public sealed class EnvelopeTests
{
    /// <summary>The hash of the key under which the snapshots stand.</summary>
    private static readonly ulong _keyHash = EntryLocation.KeyHashOf("{rtc:0}:e:pages:build:"u8, "post:42");

    private static readonly Dictionary<string, (EnvelopeHeader Header, bool IsTagged, string[] Tags, byte[] Payload)> _snapshots = new()
    {
        ["tagged"] = (
            new EnvelopeHeader(0x1122334455667788, 1_763_862_000_000_123, 1_763_862_000_123, 1_763_862_060_123, 1_763_862_120_123, 0),
            true,
            ["post:42", "*"],
            [.. "payload"u8]),
        ["sliding"] = (
            new EnvelopeHeader(0, 0, 1_763_862_000_123, long.MaxValue, 1_763_865_600_123, 1_200_000),
            false,
            [],
            [.. "payload"u8]),
        ["awkward-tags"] = (
            new EnvelopeHeader(0x9f3c5a7e12d4b680, 1_763_862_000_000_123, 1_763_862_000_456, 1_763_862_060_456, 1_763_862_120_456, 0),
            true,
            ["post:42", "posts", "*", "ключ 鍵 😀", new string('l', 300)],
            [.. "<!doctype html><title>Post 42</title>"u8]),
        ["many-tags"] = (
            new EnvelopeHeader(1, 1, 0, long.MaxValue, long.MaxValue, 0),
            true,
            [.. Enumerable.Range(0, 1_000).Select(i => $"tag-{i}")],
            []),
    };

    public static TheoryData<string> Names => [.. _snapshots.Keys];

    [Fact]
    public void Folder_Always_HoldsASnapshotOfEveryRowAndVersion() =>
        Assert.Equal(
            _snapshots.Keys.SelectMany(static name => Enumerable.Range(1, EnvelopeLayout.Version).Select(version => FileName(name, version))).Order(StringComparer.Ordinal),
            Directory.GetFiles(Repository.Folder("tests", "Snapshots"), "envelope-*.bin").Select(Path.GetFileName).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void TryOpen_Snapshot_ReadsEveryField(string name)
    {
        var (header, isTagged, tags, payload) = _snapshots[name];
        var bytes = Read(name);
        Assert.True(EnvelopeReader.TryOpen(bytes, _keyHash, out var envelope));
        Assert.Equal(header, envelope.Header);
        Assert.Equal(isTagged, envelope.IsTagged);
        Assert.Equal(Ids(tags), Envelopes.Walk(envelope, bytes));
        Assert.Equal(payload, bytes.AsSpan(envelope.PayloadOffset));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Write_TheSameAgain_GivesTheSameBytes(string name)
    {
        var (header, isTagged, tags, payload) = _snapshots[name];
        var written = Envelopes.Write(header, isTagged, Ids(tags), new ReadOnlySequence<byte>(payload), keyHash: _keyHash);
        Assert.Equal(Convert.ToHexString(Read(name)), Convert.ToHexString(written));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TryOpen_SnapshotOfVersion1_IsRefused(string name)
    {
        var bytes = Read(name, version: 1);
        Assert.False(EnvelopeReader.TryOpen(bytes, _keyHash, out _));
        Assert.False(EnvelopeReader.TryOpenStart(bytes, bytes.Length, _keyHash, out _, out var needed));
        Assert.False(EnvelopeReader.TryPeekSliding(bytes, _keyHash, out _, out _));
        Assert.Equal((0, false, true), (needed, EnvelopeReader.IsOfLaterVersion(bytes), EnvelopeReader.IsOfOtherVersion(bytes)));
    }

    [Fact]
    public void TryPeekSliding_Snapshot_TellsItsTimes()
    {
        Assert.True(EnvelopeReader.TryPeekSliding(Read("sliding").AsSpan(0, EnvelopeLayout.TagsAt), _keyHash, out var sliding, out var endsAt));
        Assert.Equal((1_200_000, 1_763_865_600_123), (sliding, endsAt));
        Assert.False(EnvelopeReader.TryPeekSliding(Read("tagged"), _keyHash, out _, out _));
    }

    private static byte[][] Ids(string[] tags) => [.. tags.Select(tag => TagId.Of(tag, nameof(tags)))];

    private static byte[] Read(string name, int version = EnvelopeLayout.Version) => File.ReadAllBytes(Repository.Folder("tests", "Snapshots", FileName(name, version)));

    private static string FileName(string name, int version) => $"envelope-v{version}-{name}.bin";
}
