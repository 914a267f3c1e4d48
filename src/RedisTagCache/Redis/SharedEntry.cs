using System.Buffers;

namespace RedisTagCache.Redis;

/// <summary>An entry that several reads have as their answer. Each of them disposes it once; the last one returns the buffer.</summary>
internal sealed class SharedEntry(IMemoryOwner<byte> entry, int holders) : IMemoryOwner<byte>
{
    private int _holders = holders;

    public Memory<byte> Memory => entry.Memory;

    public void Dispose()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
            entry.Dispose();
    }
}
