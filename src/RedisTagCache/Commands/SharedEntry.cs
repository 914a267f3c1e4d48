using System.Buffers;

namespace RedisTagCache.Commands;

/// <summary>An entry that several reads have as their answer. Each of them disposes it once; the last one returns the buffer.</summary>
internal sealed class SharedEntry(IMemoryOwner<byte> entry, int holders) : IMemoryOwner<byte>
{
    private readonly Lock _copying = new();
    private int _holders = holders;
    private byte[]? _copy;

    public Memory<byte> Memory => entry.Memory;

    /// <summary>Copies a part of the entry out, once for all that have it. They ask for the same part before they dispose it.</summary>
    public byte[] CopyOnce(ReadOnlyMemory<byte> part)
    {
        lock (_copying)
            return _copy ??= part.ToArray();
    }

    public void Dispose()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
            entry.Dispose();
    }
}
