using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using RedisTagCache.Leases;

namespace RedisTagCache.AspNetCore.OutputCaching.Refresh;

/// <summary>One refresh of a page.</summary>
/// <param name="Page">The state of its request.</param>
/// <param name="Copy">The request that it runs once more.</param>
/// <param name="Pipeline">The pipeline from the output cache on.</param>
/// <param name="Key">The page.</param>
/// <param name="Acquiring">Brings the right to render the page.</param>
/// <param name="Caller">The trace of the request.</param>
internal sealed record RefreshWork(PageRequest Page, RequestCopy Copy, RequestDelegate Pipeline, string Key, Task<CacheLease> Acquiring, Activity? Caller)
{
    /// <summary>Completes when the application has prepared the new request from the old one.</summary>
    public TaskCompletionSource Prepared { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
