namespace RedisTagCache.Soak.Load;

/// <summary>A number that many count up.</summary>
internal sealed class Counter
{
    private long _value;
    private long _taken;

    public long Value => Interlocked.Read(ref _value);

    public void Add() => Interlocked.Increment(ref _value);

    /// <summary>How many came since the last time this was asked. For one caller.</summary>
    public long Take()
    {
        var value = Value;
        var since = value - _taken;
        _taken = value;
        return since;
    }
}
