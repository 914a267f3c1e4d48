namespace RedisTagCache.AspNetCore.OutputCaching.Leading;

/// <summary>Reports to a <see cref="LedResponse"/> what is written, and how long the client takes to receive it.</summary>
internal sealed class LedResponseStream(Stream inner, LedResponse watch) : Stream
{
    public override bool CanRead => inner.CanRead;

    public override bool CanSeek => inner.CanSeek;

    public override bool CanWrite => inner.CanWrite;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => inner.Position = value;
    }

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    public override void SetLength(long value) => inner.SetLength(value);

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        watch.Write(buffer.Length);
        watch.BeginWait();
        try
        {
            inner.Write(buffer);
        }
        finally
        {
            watch.EndWait();
        }
    }

    public override void Flush()
    {
        watch.BeginWait();
        try
        {
            inner.Flush();
        }
        finally
        {
            watch.EndWait();
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        watch.Write(buffer.Length);
        var writing = inner.WriteAsync(buffer, cancellationToken);
        return writing.IsCompleted ? writing : WaitAsync(writing);
    }

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        var flushing = inner.FlushAsync(cancellationToken);
        return flushing.IsCompleted ? flushing : WaitAsync(new ValueTask(flushing)).AsTask();
    }

    private async ValueTask WaitAsync(ValueTask writing)
    {
        watch.BeginWait();
        try
        {
            await writing.ConfigureAwait(false);
        }
        finally
        {
            watch.EndWait();
        }
    }
}
