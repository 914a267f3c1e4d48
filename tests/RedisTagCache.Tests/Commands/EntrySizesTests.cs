using RedisTagCache.Commands;

namespace RedisTagCache.Tests.Commands;

public sealed class EntrySizesTests
{
    private readonly EntrySizes _sizes = new();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(65_536, 65_536)]
    [InlineData(65_537, 131_072)]
    [InlineData(512 * 1024 * 1024, 512 * 1024 * 1024)]
    public void Find_AfterNote_GivesTheNextPowerOfTwo(int length, int expected)
    {
        _sizes.Note(12_345, length);
        Assert.Equal(expected, _sizes.Find(12_345));
    }

    [Fact]
    public void Find_Unknown_GivesZero()
    {
        Assert.Equal(0, _sizes.Find(7));
        _sizes.Note(7 + (1 << 20), 100);
        Assert.Equal(0, _sizes.Find(7));
        Assert.Equal(0, _sizes.Find(0));
    }

    [Fact]
    public void Guess_AfterALargeSurprise_IsThatAndFades()
    {
        var first = _sizes.Guess;
        _sizes.Learn(1, 10_000_000);
        Assert.Equal(10_000_000, _sizes.Guess);
        _sizes.Learn(1, 10_000_000);
        Assert.Equal(10_000_000, _sizes.Guess); // it was expected
        for (var i = 2; i < 40; i++)
            _sizes.Learn(i, i % 2 == 0 ? 0 : 100);
        Assert.Equal(first, _sizes.Guess);
        Assert.Equal(0, _sizes.Find(2)); // what was absent may be filled with anything
    }
}
