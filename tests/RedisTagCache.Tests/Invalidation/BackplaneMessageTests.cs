using System.Globalization;
using System.Text;
using RedisTagCache.Invalidation;
using RedisTagCache.Scripts;
using RedisTagCache.Topology;

namespace RedisTagCache.Tests.Invalidation;

/// <summary>What scripts announce, read: and anything else that somebody may send on the channel.</summary>
public sealed class BackplaneMessageTests
{
    private const string Stamps = "5:0000000000000007:00000001 6:0000000000000007:00000001";
    private static readonly TagInvalidationReply _reply = new(new EpochStamp(5, 7, 1), new EpochStamp(6, 7, 1), 4);

    [Theory]
    [InlineData("")]
    [InlineData("3:h=t", "h=t")]
    [InlineData("3:h=t3:s=u", "h=t", "s=u")]
    [InlineData("0:3:h=t", "", "h=t")]
    [InlineData("7:h=3:abc4:s=:1", "h=3:abc", "s=:1")]
    [InlineData("5:h= \r\n", "h= \r\n")]
    [InlineData("6:h=ключ", "h=кл", null)]
    public void TryParseTagInvalidations_OfWellFormedText_TellsStampsFloorAndMembers(string text, params string?[] members)
    {
        var isWhole = !members.Contains(null); // a member that is longer than it says leaves a rest that is none
        Assert.Equal(isWhole, TryParse($"m{Stamps} 4 {text}", out var reply, out var found));
        if (isWhole)
            Assert.Equal(_reply, reply);
        Assert.Equal(members.OfType<string>(), found.Select(Encoding.UTF8.GetString));
    }

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("m ")]
    [InlineData("M5:7:1 6:7:1 4 ")]
    [InlineData(" m5:7:1 6:7:1 4 ")]
    [InlineData("m 5:7:1 6:7:1 4 ")]
    [InlineData("m5:7:1")]
    [InlineData("m5:7:1 6:7:1")]
    [InlineData("m5:7:1 6:7:1 ")]
    [InlineData("m5:7:1  6:7:1 4 ")]
    [InlineData("m5:7:1 6:7:1 x ")]
    [InlineData("m5:7:1 6:7:1 4x ")]
    [InlineData("m5:7 6:7:1 4 ")]
    [InlineData("m5:7:1 6:7:1 9223372036854775808 ")]
    [InlineData("m5:7:1 6:7:1 4 h=t")]
    [InlineData("m5:7:1 6:7:1 4 :h=t")]
    [InlineData("m5:7:1 6:7:1 4 3")]
    [InlineData("m5:7:1 6:7:1 4 3:")]
    [InlineData("m5:7:1 6:7:1 4 4:h=t")]
    [InlineData("m5:7:1 6:7:1 4 2:h=t")]
    [InlineData("m5:7:1 6:7:1 4 3;h=t")]
    [InlineData("m5:7:1 6:7:1 4 -1:h=t")]
    [InlineData("m5:7:1 6:7:1 4 -2147483648:h=t")]
    [InlineData("m5:7:1 6:7:1 4 2147483647")]
    [InlineData("m5:7:1 6:7:1 4 2147483647:")]
    [InlineData("m5:7:1 6:7:1 4 2147483647:h=t")]
    [InlineData("m5:7:1 6:7:1 4 2147483640:h=t")]
    [InlineData("m5:7:1 6:7:1 4 2147483648:h=t")]
    [InlineData("m5:7:1 6:7:1 4 99999999999999999999:h=t")]
    [InlineData("m5:7:1 6:7:1 4 3:h=t2147483647:h=t")]
    [InlineData("r5 6 entry")]
    [InlineData("lentry")]
    public void TryParseTagInvalidations_OfAnythingElse_IsRefused(string text) => Assert.False(TryParse(text, out _, out _));

    [Theory]
    [InlineData("r5 6 24:{rtc:0}:e:hybrid:build:k", 5, 6, new[] { "{rtc:0}:e:hybrid:build:k" }, "")]
    [InlineData("r0 1763862000000123 6:a b  c", 0, 1_763_862_000_000_123, new[] { "a b  c" }, "")]
    [InlineData("r5 6 1:k10:0123456789", 5, 6, new[] { "k", "0123456789" }, "")]
    [InlineData("r5 6 ", 5, 6, new string[0], "")]
    [InlineData("r5 6", 5, 6, new string[0], "")]
    [InlineData("r5 9223372036854775807 1:\n0:", 5, long.MaxValue, new[] { "\n", "" }, "")]
    [InlineData("r5 6 1:k3:ab", 5, 6, new[] { "k" }, "3:ab")]
    [InlineData("r5 6 1:k-1:a", 5, 6, new[] { "k" }, "-1:a")]
    [InlineData("r5 6 k", 5, 6, new string[0], "k")]
    [InlineData("r5 6 2147483648:k", 5, 6, new string[0], "2147483648:k")]
    public void TryParseRemovals_OfWellFormedText_TellsBothNumbersAndTheEntries(string text, long before, long first, string[] entries, string rest)
    {
        Assert.True(BackplaneMessage.TryParseRemovals(Encoding.UTF8.GetBytes(text), out var wasBefore, out var is_, out var list));
        var found = new List<string>();
        while (BackplaneMessage.TryTake(ref list, out var entry))
            found.Add(Encoding.UTF8.GetString(entry));
        Assert.Equal((before, first, rest), (wasBefore, is_, Encoding.UTF8.GetString(list)));
        Assert.Equal(entries, found);
    }

    [Theory]
    [InlineData("")]
    [InlineData("r")]
    [InlineData("r5")]
    [InlineData("r5 ")]
    [InlineData("r 5 6 k")]
    [InlineData("r5  6 k")]
    [InlineData("rx 6 k")]
    [InlineData("r5 x k")]
    [InlineData("r5.0 6 k")]
    [InlineData("r5 6e3 k")]
    [InlineData("r5 9223372036854775808 k")]
    [InlineData("R5 6 k")]
    [InlineData("m5:7:1 6:7:1 4 ")]
    public void TryParseRemovals_OfAnythingElse_IsRefused(string text) =>
        Assert.False(BackplaneMessage.TryParseRemovals(Encoding.UTF8.GetBytes(text), out _, out _, out _));

    [Theory]
    [InlineData("l{rtc:0}:e:hybrid:build:k", "{rtc:0}:e:hybrid:build:k")]
    [InlineData("l", "")]
    [InlineData("p{rtc:0}:e:output:build:k", "{rtc:0}:e:output:build:k")]
    [InlineData("", null)]
    [InlineData("L{rtc:0}", null)]
    [InlineData("r5 6 k", null)]
    public void TryParseRelease_OfAnyText_TellsTheEntry(string text, string? entry)
    {
        Assert.Equal(entry is not null, BackplaneMessage.TryParseRelease(Encoding.UTF8.GetBytes(text), out var found, out var isPassed));
        Assert.Equal(text.StartsWith('p'), isPassed);
        if (entry is not null)
            Assert.Equal(entry, Encoding.UTF8.GetString(found));
    }

    [Fact]
    public void TryParse_OfNearlyRightBytes_NeverThrowsAndMeansWhatItSays()
    {
        var random = new Random(6);
        byte[][] whole = [.. new[] { $"m{Stamps} 4 3:h=t12:s=0123456789", "r1763862000000123 1763862000000124 24:{rtc:0}:e:hybrid:build:k" }.Select(Encoding.UTF8.GetBytes)];
        var parsed = 0;
        for (var i = 0; i < 100_000; i++)
        {
            byte[] bytes = [.. whole[i % 2]];
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                bytes[random.Next(bytes.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : "0123456789abcdef:-+ mrl"u8[random.Next(23)];
            bytes = bytes[..random.Next(bytes.Length / 2, bytes.Length + 1)];

            Assert.Equal(bytes[0] is (byte)'l' or (byte)'p', BackplaneMessage.TryParseRelease(bytes, out _, out _));
            if (BackplaneMessage.TryParseRemovals(bytes, out var before, out var number, out var entry))
            {
                parsed++;
                Assert.EndsWith(Encoding.Latin1.GetString(entry), Encoding.Latin1.GetString(bytes), StringComparison.Ordinal);
                Assert.Contains(Math.Abs(number).ToString(CultureInfo.InvariantCulture), Encoding.Latin1.GetString(bytes), StringComparison.Ordinal);
                Assert.Contains(Math.Abs(before).ToString(CultureInfo.InvariantCulture), Encoding.Latin1.GetString(bytes), StringComparison.Ordinal);
            }

            if (BackplaneMessage.TryParseTagInvalidations(bytes, out var reply, out var members))
            {
                parsed++;
                var tail = string.Concat(members.Select(member => $"{member.Length}:{Encoding.Latin1.GetString(member)}"));
                Assert.True(reply.After.Epoch > 0 && bytes.Length >= tail.Length);
            }
        }

        Assert.InRange(parsed, 10_000, 90_000); // both ways were taken
    }

    private static bool TryParse(string text, out TagInvalidationReply reply, out List<byte[]> members) =>
        BackplaneMessage.TryParseTagInvalidations(Encoding.UTF8.GetBytes(text), out reply, out members);
}
