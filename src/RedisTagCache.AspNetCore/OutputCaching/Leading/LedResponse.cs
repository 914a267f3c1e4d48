using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using RedisTagCache.Leases;

namespace RedisTagCache.AspNetCore.OutputCaching.Leading;

/// <summary>
/// Watches a response from which a page is to be stored for the fleet, from the lease on. A client that reads slowly, and a handler or a response that does
/// not end, must not keep the requests that wait for the page:
/// <code>
/// nothing is sent for longer than others wait ---------------------> the page is not cacheable
/// headers are sent - a stream of events, a page that is too large --> the page is not cacheable
/// then             - looks not cacheable, and goes on a while ------> the page is not cacheable
///                  |- the client does not take what is written -----> another request renders it
///                  `- goes on for longer than others wait ----------> the page is not cacheable
/// </code>
/// If the page is stored in the end, it is cacheable after all.
/// </summary>
internal sealed class LedResponse : IDisposable
{
    /// <summary>How long a response that is not cacheable by default may go on. It may be stored all the same, where a policy of the application says so.</summary>
    private static readonly TimeSpan _doubted = TimeSpan.FromMilliseconds(250);

    /// <summary>How long the client may keep the rendering waiting, all in all.</summary>
    private static readonly TimeSpan _stalled = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);
    private static readonly string[] _streams = ["text/event-stream", "multipart/x-mixed-replace"];

    private readonly PageRequest _page;
    private readonly CacheLease _lease;
    private readonly HttpContext _context;
    private readonly TimeProvider _time;
    private readonly LeaseEnding _ending;
    private readonly TimeSpan _maxDuration;
    private readonly long _maxBytes;
    private readonly ITimer _timer;
    private TimeSpan _uncacheableFor;
    private bool _isDoubtful;
    private long _started;
    private long _bytes;
    private long _waited;
    private long _waitsSince;

    private LedResponse(PageRequest page, CacheLease lease, LeaseEnding ending, TimeSpan longest, long maxBytes, TimeProvider time)
    {
        (_page, _lease, _ending, _maxDuration, _maxBytes, _time) = (page, lease, ending, longest, maxBytes, time);
        _context = page.Context!.HttpContext;
        _uncacheableFor = ending.UncacheableDuration(_context, hasThrown: false);
        using (ExecutionContext.SuppressFlow())
            _timer = time.CreateTimer(static watch => ((LedResponse)watch!).Look(), this, longest, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Watches the response of a pass that has the lease, before anything of it was written.</summary>
    public static void Watch(PageRequest page, CacheLease lease, LeaseEnding ending, TimeSpan longest, long maxBytes, TimeProvider time)
    {
        var features = page.Context!.HttpContext.Features;
        if (features.Get<IHttpResponseBodyFeature>() is not { } body)
            return;
        var watch = new LedResponse(page, lease, ending, longest, maxBytes, time);
        page.Watch = watch;
        features.Set<IHttpResponseBodyFeature>(new LedResponseBody(body, watch));
        watch._context.Response.OnStarting(static state => ((LedResponse)state).StartAsync(), watch);
    }

    /// <summary>Some bytes are written.</summary>
    public void Write(long count)
    {
        _bytes += count;
        if (_bytes > _maxBytes && _bytes - count <= _maxBytes)
            Pass();
    }

    /// <summary>The client does not take more for now.</summary>
    public void BeginWait() => Interlocked.Exchange(ref _waitsSince, _time.GetTimestamp());

    /// <summary>It has.</summary>
    public void EndWait()
    {
        var since = Interlocked.Exchange(ref _waitsSince, 0);
        Interlocked.Add(ref _waited, _time.GetTimestamp() - since);
    }

    private Task StartAsync()
    {
        if (!IsLed)
            return Task.CompletedTask;

        // Later the response may belong to another request. Nothing is read from it then.
        var response = _context.Response;
        _uncacheableFor = _ending.UncacheableDuration(_context, hasThrown: false);
        _isDoubtful = response.StatusCode != StatusCodes.Status200OK || !StringValues.IsNullOrEmpty(response.Headers.SetCookie) || _page.Context is { AllowCacheStorage: false };
        Volatile.Write(ref _started, _time.GetTimestamp());
        if (response.StatusCode == StatusCodes.Status101SwitchingProtocols || response.ContentLength > _maxBytes || IsStream(response.ContentType))
        {
            Pass();
            return Task.CompletedTask;
        }

        _timer.Change(_interval, _interval);
        return Task.CompletedTask;
    }

    private bool IsLed => _page.Lease == _lease;

    private static bool IsStream(string? type) => type is not null && Array.Exists(_streams, stream => type.StartsWith(stream, StringComparison.OrdinalIgnoreCase));

    private void Look()
    {
        if (!IsLed)
        {
            Dispose();
            return;
        }

        var started = Volatile.Read(ref _started);
        if (started == 0)
        {
            Pass();
            return;
        }

        var goesOn = _time.GetElapsedTime(started);
        var since = Interlocked.Read(ref _waitsSince);
        var waits = TimeSpan.FromSeconds((double)Interlocked.Read(ref _waited) / _time.TimestampFrequency) + (since == 0 ? TimeSpan.Zero : _time.GetElapsedTime(since));
        if (goesOn >= _maxDuration || (_isDoubtful && goesOn >= _doubted))
            Pass();
        else if (waits >= _stalled)
            End(_lease.DisposeAsync().AsTask());
    }

    private void Pass() => End(_lease.PassAsync(_uncacheableFor));

    /// <summary>The page is stored without the lease, if it is.</summary>
    private void End(Task ending)
    {
        Dispose();
        _ = ending.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    /// <summary>Ends the watch: the page was written, or the request has ended.</summary>
    public void Dispose() => _timer.Dispose();
}

/// <summary>
/// The body of a response that is watched. The output cache writes to <see cref="Stream"/> alone; all else, also what other middleware writes after the
/// page, goes to the body below.
/// </summary>
internal sealed class LedResponseBody(IHttpResponseBodyFeature body, LedResponse watch) : IHttpResponseBodyFeature
{
    public Stream Stream { get; } = new LedResponseStream(body.Stream, watch);

    public PipeWriter Writer => body.Writer;

    public void DisableBuffering() => body.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => body.StartAsync(cancellationToken);

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => body.SendFileAsync(path, offset, count, cancellationToken);

    public Task CompleteAsync() => body.CompleteAsync();
}

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
