using Xunit;

namespace RedisTagCache.TestSupport;

/// <summary>
/// The processors are shared by the test projects, which run at the same time. An assembly fixture of this type lets the tests of a project run beside
/// those of the others, until its first <see cref="QuietMachine"/>.
/// </summary>
public sealed class MachineShare : IAsyncLifetime
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);
    private static FileStream? _shared;

    public async ValueTask InitializeAsync() => _shared = await LockAsync(FileShare.Read);

    public ValueTask DisposeAsync()
    {
        GiveUp();
        return default;
    }

    internal static void GiveUp() => Interlocked.Exchange(ref _shared, null)?.Dispose();

    /// <summary>Waits for a lock on a file of the repository. The system releases it when the process ends, in whatever way.</summary>
    internal static async Task<FileStream> LockAsync(FileShare share)
    {
        var path = Repository.Folder("artifacts", "machine.lock");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, share == FileShare.None ? FileAccess.ReadWrite : FileAccess.Read, share);
            }
            catch (IOException)
            {
                await Task.Delay(_interval);
            }
        }
    }
}
