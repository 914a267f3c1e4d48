using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace RedisTagCache.AspNetCore.OutputCaching.Leading;

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
