namespace RedisTagCache.Connection;

internal static class TaskExtensions
{
    /// <summary>Marks the exception of a task as observed, because no caller may wait for it any more. Its failure is reported elsewhere.</summary>
    public static void Forget(this Task task) =>
        _ = task.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
}
