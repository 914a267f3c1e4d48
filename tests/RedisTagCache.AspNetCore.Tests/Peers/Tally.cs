namespace RedisTagCache.AspNetCore.Tests.Peers;

/// <summary>The rounds of a scenario, and how many of them returned an evicted value.</summary>
internal sealed class Tally
{
    private readonly List<string> _keys = [];

    public IReadOnlyList<string> Keys => _keys;

    public int Violations { get; private set; }

    public void Add(string key, bool isServed)
    {
        _keys.Add(key);
        Violations += isServed ? 1 : 0;
    }

    public override string ToString() => string.Create(null, $"{Violations} of {_keys.Count}");
}
