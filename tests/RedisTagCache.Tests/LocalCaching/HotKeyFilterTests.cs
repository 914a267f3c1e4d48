using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using RedisTagCache.LocalCaching;

namespace RedisTagCache.Tests.LocalCaching;

public sealed class HotKeyFilterTests
{
    private const int Slots = 8_192;
    private readonly FakeTimeProvider _time = new();
    private readonly HotKeyFilter _keys;

    public HotKeyFilterTests() => _keys = new HotKeyFilter(_time);

    [Fact]
    public void Note_AKeyForTheFirstTime_DoesNotKnowIt() => Assert.False(_keys.Note("k"));

    [Theory]
    [InlineData(0, true)]
    [InlineData(10, true)]
    [InlineData(11, false)]
    [InlineData(3_600, false)]
    public void Note_AKeyAgain_KnowsItForTenSeconds(int secondsLater, bool expected)
    {
        _keys.Note("k");
        _time.Advance(TimeSpan.FromSeconds(secondsLater));
        Assert.Equal(expected, _keys.Note("k"));
    }

    [Fact]
    public void Note_AKeyThatIsAskedForAllTheTime_KnowsItForAsLong()
    {
        _keys.Note("k");
        for (var i = 0; i < 10; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(8));
            Assert.True(_keys.Note("k"));
        }
    }

    [Fact]
    public void Note_AnotherKeyInTheSamePlace_IsNotTakenForTheFirst_WhichIsForgotten()
    {
        var other = Enumerable.Range(0, int.MaxValue).Select(static i => i.ToString(CultureInfo.InvariantCulture)).First(static key => PlaceOf(key) == PlaceOf("k"));
        _keys.Note("k");
        Assert.False(_keys.Note(other));
        Assert.False(_keys.Note("k"));
    }

    private static int PlaceOf(string key) => string.GetHashCode(key, StringComparison.Ordinal) & (Slots - 1);
}
