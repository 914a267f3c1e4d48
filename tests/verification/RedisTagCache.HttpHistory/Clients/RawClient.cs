using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using RedisTagCache.HttpHistory.Application;

namespace RedisTagCache.HttpHistory.Clients;

/// <summary>An HTTP client with one open connection and one buffer, so that thousands of requests a second cost the machine little and large bodies no memory.</summary>
internal sealed class RawClient(int port, int receiveBuffer = 0) : IDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly byte[] _expected = new byte[64 * 1024];
    private Socket? _socket;
    private int _start;
    private int _end;

    /// <summary>How long to wait between pieces of a body.</summary>
    public TimeSpan Pause { get; set; }

    /// <summary>Sends a request and reads its answer. Where the connection ends too early, the answer says so.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isHead">Whether it has no body, whatever its headers say.</param>
    /// <param name="answer">Where the answer is put.</param>
    /// <param name="leaveAfter">After so many bytes of the body the client leaves; -1 for never.</param>
    public async ValueTask AskAsync(ReadOnlyMemory<byte> request, bool isHead, Answer answer, long leaveAfter = -1)
    {
        answer.Clear();
        try
        {
            await SendAsync(request);
            await ReadHeadersAsync(answer);
            if (isHead || answer.Status is 204 or 304)
                answer.IsWhole = true;
            else if (answer.IsChunked)
                await ReadChunksAsync(answer, leaveAfter);
            else
                answer.IsWhole = await ReadBodyAsync(answer, answer.ContentLength, leaveAfter);
        }
        catch (Exception e) when (e is SocketException or EndOfStreamException)
        {
            // The answer tells how far it came.
        }

        if (!answer.IsWhole)
            Disconnect();
    }

    /// <summary>Sends a request and leaves without waiting for its answer.</summary>
    public async ValueTask LeaveAsync(ReadOnlyMemory<byte> request, TimeSpan after)
    {
        try
        {
            await SendAsync(request);
            await Task.Delay(after);
        }
        catch (SocketException)
        {
            // It has left.
        }

        Disconnect();
    }

    public void Dispose() => Disconnect();

    private async ValueTask SendAsync(ReadOnlyMemory<byte> request)
    {
        if (_socket is null)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            if (receiveBuffer > 0)
                socket.ReceiveBufferSize = receiveBuffer;
            await socket.ConnectAsync(IPAddress.Loopback, port);
            _socket = socket;
            _start = _end = 0;
        }

        await _socket.SendAsync(request);
    }

    private void Disconnect()
    {
        _socket?.Dispose();
        _socket = null;
    }

    private async ValueTask FillAsync()
    {
        if (_start == _end)
            _start = _end = 0;
        if (_end == _buffer.Length)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        var read = await _socket!.ReceiveAsync(_buffer.AsMemory(_end));
        if (read == 0)
            throw new EndOfStreamException();
        _end += read;
    }

    private async ValueTask ReadHeadersAsync(Answer answer)
    {
        int length;
        while ((length = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8)) < 0)
            await FillAsync();
        answer.HeadersAt = Stopwatch.GetTimestamp();
        Headers.Parse(_buffer.AsSpan(_start, length + 2), answer);
        _start += length + 4;
    }

    private async ValueTask ReadChunksAsync(Answer answer, long leaveAfter)
    {
        while (true)
        {
            int line;
            while ((line = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8)) < 0)
                await FillAsync();
            if (!Utf8Parser.TryParse(_buffer.AsSpan(_start, line), out int size, out _, 'x'))
                throw new EndOfStreamException();
            _start += line + 2;
            if (size > 0 && !await ReadBodyAsync(answer, size, leaveAfter))
                return;
            while (_end - _start < 2)
                await FillAsync();
            _start += 2;
            if (size == 0)
                break;
        }

        answer.IsWhole = true;
    }

    private async ValueTask<bool> ReadBodyAsync(Answer answer, long length, long leaveAfter)
    {
        for (var left = length; left > 0;)
        {
            var need = answer.Body is null && answer.Received == 0 ? (int)Math.Min(left, Facts.MaxLength) : 1;
            while (_end - _start < need)
                await FillAsync();
            var piece = (int)Math.Min(left, _end - _start);
            Judge(answer, _buffer.AsSpan(_start, piece));
            _start += piece;
            left -= piece;
            if (leaveAfter >= 0 && answer.Received >= leaveAfter)
                return false;
            if (Pause > TimeSpan.Zero)
                await Task.Delay(Pause);
        }

        return true;
    }

    private void Judge(Answer answer, ReadOnlySpan<byte> piece)
    {
        var filler = piece;
        if (answer.Received == 0 && piece.IndexOf((byte)'\n') is >= 0 and var end && Facts.TryParse(piece[..end], out var facts))
        {
            answer.Body = facts;
            filler = piece[(end + 1)..];
            answer.FillerFrom = end + 1;
        }

        if (answer.Body is { } body && filler.Length > 0)
        {
            var offset = answer.Received + piece.Length - filler.Length - answer.FillerFrom;
            var expected = _expected.AsSpan(0, filler.Length);
            Filler.Write(body.Number, offset, expected);
            answer.IsMixed |= !filler.SequenceEqual(expected);
        }

        answer.Received += piece.Length;
    }
}
