using System.Buffers.Binary;

namespace RedisTagCache.History.Work;

/// <summary>
/// What a value says about itself:
/// <code>
/// key : 4 | 1 when set, not computed : 4 | version in the database : 8 | started : 8 | sum : 8 | zeros
/// </code>
/// </summary>
internal readonly record struct Stamp(int Key, bool IsSet, long Version, long StartedAt)
{
    public const int Length = 32;

    public byte[] Write()
    {
        var bytes = new byte[Plan.SizeOf(Key)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Key);
        bytes[4] = IsSet ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), StartedAt);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), Sum);
        return bytes;
    }

    /// <summary>False when it is no value of that key.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, int key, out Stamp stamp)
    {
        stamp = default;
        if (bytes.Length != Plan.SizeOf(key))
            return false;
        stamp = new Stamp(
            BinaryPrimitives.ReadInt32LittleEndian(bytes), bytes[4] == 1, BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]));
        return stamp.Key == key && BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]) == stamp.Sum;
    }

    private long Sum => unchecked((Key * 31L) ^ (Version * 1_000_003L) ^ StartedAt);
}
