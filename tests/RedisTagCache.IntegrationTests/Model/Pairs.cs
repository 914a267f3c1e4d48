using System.Globalization;

namespace RedisTagCache.IntegrationTests.Model;

/// <summary>
/// The numbers of the model and those of the server that stand for each other. A server's are times, the model's are small; what must be the same is
/// their order, and which are equal.
/// </summary>
internal sealed class Pairs
{
    private readonly SortedDictionary<byte, long> _real = [];

    public IReadOnlyCollection<byte> Known => _real.Keys;

    public long this[byte number] => number == 0 ? 0 : _real[number];

    /// <summary>Notes that two numbers stand for each other; throws where that does not go with what was noted before.</summary>
    public void Add(byte model, long real)
    {
        if (model == 0 || real == 0)
        {
            Assert.True(model == 0 && real == 0, Text(model, real));
            return;
        }

        if (_real.TryGetValue(model, out var known))
        {
            Assert.True(known == real, Text(model, real));
            return;
        }

        foreach (var (otherModel, otherReal) in _real)
            Assert.True(otherModel < model == otherReal < real && otherReal != real, Text(model, real));
        _real.Add(model, real);
    }

    private string Text(byte model, long real) => string.Create(
        CultureInfo.InvariantCulture, $"The model's {model} cannot be the server's {real}: {string.Join(", ", _real.Select(pair => $"{pair.Key}={pair.Value}"))}");
}
