using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Threading.Channels;
using RedisTagCache.Testing.Data;
using RedisTagCache.Testing.Engine;
using RedisTagCache.Testing.Protocol;

namespace RedisTagCache.Testing.Connections;

/// <summary>A connection of a client. Its commands run in the order in which they arrive, and its replies are sent in that order.</summary>
internal sealed class ClientSession(RedisEngine engine, long id) : IDisposable
{
    private readonly Channel<(long At, byte[] Bytes)> _replies = Channel.CreateUnbounded<(long At, byte[] Bytes)>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _end = new();

    public long Id => id;

    public byte[]? Name { get; set; }

    /// <summary>Gets or sets what the client says about its library.</summary>
    public byte[]? Library { get; set; }

    public int Database { get; set; }

    public bool IsResp3 { get; set; }

    public HashSet<byte[]> Channels { get; } = new(ByteComparer.Instance);

    /// <summary>Gets or sets the commands of a transaction that has started. Nothing if none has.</summary>
    public List<byte[][]>? Queued { get; set; }

    /// <summary>Gets the keys that the next transaction depends on, each with the state that was seen.</summary>
    public List<(Keyspace Keys, byte[] Key, (long Id, long Writes) Seen)> Watched { get; } = [];

    public void Send(RespReply reply) => _replies.Writer.TryWrite((Stopwatch.GetTimestamp(), ReplyWriter.Encode(reply, IsResp3)));

    public void EndAfterReplies() => _replies.Writer.TryComplete();

    public void End()
    {
        try
        {
            _end.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // it has ended
        }
    }

    /// <summary>Serves the connection until either side ends it.</summary>
    public async Task RunAsync(PipeReader input, PipeWriter output)
    {
        try
        {
            var reading = ReadAsync(input);
            var writing = WriteAsync(output);
            await Task.WhenAny(reading, writing).ConfigureAwait(false);
            End();
            await Task.WhenAll(reading, writing).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidDataException)
        {
            // One side has ended it, or what arrived is not a command.
        }
        finally
        {
            engine.Remove(this);
            await output.CompleteAsync().ConfigureAwait(false);
            await input.CompleteAsync().ConfigureAwait(false);
            Dispose();
        }
    }

    public void Dispose() => _end.Dispose();

    private async Task ReadAsync(PipeReader input)
    {
        var commands = new CommandReader();
        while (true)
        {
            var result = await input.ReadAsync(_end.Token).ConfigureAwait(false);
            var buffer = result.Buffer;
            while (commands.Read(ref buffer) is { } command)
                engine.Handle(this, command);
            input.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
                return;
        }
    }

    private async Task WriteAsync(PipeWriter output)
    {
        while (await _replies.Reader.WaitToReadAsync(_end.Token).ConfigureAwait(false))
        {
            while (_replies.Reader.TryRead(out var reply))
            {
                if (!engine.Faults.IsDue(reply.At))
                {
                    await output.FlushAsync(_end.Token).ConfigureAwait(false);
                    await engine.Faults.WaitAsync(reply.At, _end.Token).ConfigureAwait(false);
                }

                output.Write(reply.Bytes);
            }

            if ((await output.FlushAsync(_end.Token).ConfigureAwait(false)).IsCompleted)
                return;
        }
    }
}
