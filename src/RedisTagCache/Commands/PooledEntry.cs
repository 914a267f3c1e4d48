using System.Buffers;

namespace RedisTagCache.Commands;

/// <summary>An entry copied out of a reply that also answers other reads, so that holding it does not hold their bytes.</summary>
internal sealed class PooledEntry(int length) : IMemoryOwner<byte>
{
    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(length);

    public Memory<byte> Memory => new(_buffer ?? throw new ObjectDisposedException(nameof(PooledEntry)), 0, length);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
            ArrayPool<byte>.Shared.Return(buffer);
    }
}
