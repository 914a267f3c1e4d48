using System.Diagnostics;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Newsroom.Data;

/// <summary>Ends the process between the commit and the eviction, to show that another instance then evicts. It is registered before the cache's own interceptors.</summary>
public sealed class CrashAfterCommit : SaveChangesInterceptor
{
    public override ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        Process.GetCurrentProcess().Kill();
        return new ValueTask<int>(result);
    }
}
