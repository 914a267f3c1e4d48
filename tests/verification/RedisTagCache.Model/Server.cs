namespace RedisTagCache.Model;

/// <summary>A partition as a Redis server has it, and the scripts of lua/ as functions on it, line by line.</summary>
/// <remarks>
/// Numbers are small: what matters is their order. The server's clock advances by one each time it is read, so that it is always ahead of what was issued, unless a
/// scenario sets it back.
/// </remarks>
internal partial struct Server
{
    /// <summary>How many numbers lie between those that different servers can issue for removals: real ones are microseconds, and never meet.</summary>
    private const int Servers = 4;

    /// <summary>The epoch key; none when lost.</summary>
    public Stamp Stamp;

    /// <summary>The tag invalidations with their floor; a floor of 0 stands for a lost key.</summary>
    public byte Floor;
    public Two EvictedAt;
    public Two ExpiredAt;

    public Entries Entries;

    /// <summary>The owner of the lease of a key; 0 for none.</summary>
    public Two Leases;

    /// <summary>The log of removals; a newest number of 0 stands for a lost key.</summary>
    public byte LastRemoval;
    public byte RemovalFloor;
    public Two Removals;

    /// <summary>The server's replication id.</summary>
    public byte Here;
    public byte Clock;

    /// <summary>Which changes were carried out here. The server does not know this; the promise is about it.</summary>
    public byte Applied;

    public byte Time() => ++Clock;

    private static byte Max(int a, int b) => (byte)Math.Max(a, b);
}
