namespace RedisTagCache.Topology;

/// <summary>Calculates the slot in which a Redis Cluster stores a key: CRC-16 (XMODEM) of its hash tag, modulo 16,384. Source: the Redis Cluster specification.</summary>
internal static class HashSlot
{
    public const int Count = 16_384;

    private const ushort Polynomial = 0x1021;

    /// <param name="tag">What stands between the braces: ASCII.</param>
    public static int Of(ReadOnlySpan<char> tag)
    {
        ushort crc = 0;
        foreach (var c in tag)
        {
            crc ^= (ushort)(c << 8);
            for (var bit = 0; bit < 8; bit++)
                crc = (ushort)((crc & 0x8000) != 0 ? (crc << 1) ^ Polynomial : crc << 1);
        }

        return crc % Count;
    }
}
