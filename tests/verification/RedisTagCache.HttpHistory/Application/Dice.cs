namespace RedisTagCache.HttpHistory.Application;

/// <summary>Chances that depend on the seed and on a number alone, without an object for each.</summary>
internal struct Dice(int seed, long number)
{
    private ulong _state = unchecked(((ulong)seed * 0x9E3779B97F4A7C15) ^ ((ulong)number * 0xD1B54A32D192ED03));

    /// <summary>Gets a number from zero up to a bound, which is not included.</summary>
    public int Next(int bound)
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15;
            var mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return (int)((mixed ^ (mixed >> 31)) % (ulong)bound);
        }
    }
}
