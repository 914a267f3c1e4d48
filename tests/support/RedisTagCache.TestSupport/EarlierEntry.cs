using System.Buffers.Binary;
using System.IO.Hashing;

namespace RedisTagCache.TestSupport;

/// <summary>Entries as an earlier version of the library wrote them.</summary>
public static class EarlierEntry
{
    private const int KeyHashAt = 72;

    /// <summary>Gives the same entry in version 1 of the format, which had no hash of the key.</summary>
    public static byte[] Version1Of(byte[] entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        byte[] bytes = [.. entry.AsSpan(0, KeyHashAt), .. entry.AsSpan(KeyHashAt + sizeof(ulong))];
        bytes[3] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12)) - sizeof(ulong));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(4), XxHash3.HashToUInt64(bytes.AsSpan(12)));
        return bytes;
    }
}
